//! Recorded descriptors and their expected verdicts.
//!
//! Those of Windows folders are as shown by `Get-Acl` and `icacls` on Windows 10 and 11. Each of the others
//! illustrates one rule.

use super::sddl::short;
use super::{Asked, Process, verdict};

/// The object, its SDDL, and the verdicts for an ordinary process, an elevated process and a service: each as
/// an ancestor and as content. `-` passes; other values name who could write.
type Row = (&'static str, &'static str, [[&'static str; 2]; 3]);

const PASSES: [[&str; 2]; 3] = [["-", "-"]; 3];
/// The same verdicts for all three processes.
const fn all(ancestor: &'static str, content: &'static str) -> [[&'static str; 2]; 3] {
    [[ancestor, content]; 3]
}
/// Safe from other users, but not from the same user without elevation.
const fn own(writer: &'static str) -> [[&'static str; 2]; 3] {
    [["-", "-"], [writer, writer], [writer, writer]]
}

pub(crate) const ROWS: &[Row] = &[
    (
        r"C:\",
        "O:{TI}G:{TI}D:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;;FA;;;SY)(A;OICIIO;GA;;;SY)(A;OICIIO;GA;;;BA)\
         (A;;FA;;;BA)(A;OICI;0x1200a9;;;BU)S:P(ML;OINPIO;NW;;;HI)",
        all("-", "AU"),
    ),
    (
        r"C:\ of Windows Server 2025: all apps can look names up",
        "O:{TI}G:SYD:(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;LC;;;BU)(A;CIIO;DC;;;BU)\
         (A;;0x1000a1;;;S-1-15-3-65536-1888954469-739942743-1668119174-2468466756-4239452838-1296943325-355587736-700089176)",
        all("-", "BU"),
    ),
    (
        r"C:\Users",
        "O:SYG:SYD:PAI(A;OICIIO;GA;;;SY)(A;;FA;;;SY)(A;OICIIO;GA;;;BA)(A;;FA;;;BA)(A;OICIIO;GXGR;;;BU)(A;;0x1200a9;;;BU)\
         (A;OICIIO;GXGR;;;WD)(A;;0x1200a9;;;WD)",
        PASSES,
    ),
    (r"C:\Users\me", "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{ME})", own("me")),
    (
        r"C:\Users\other",
        "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{OTHER})",
        all("other", "other"),
    ),
    (
        r"%LOCALAPPDATA%",
        "O:{ME}G:{ME}D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;{ME})",
        own("owner:me"),
    ),
    (
        r"%USERPROFILE%\AppData\LocalLow: sandboxes of the user can write",
        "O:{ME}G:{ME}D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;{ME})S:(ML;OICI;NW;;;LW)",
        all("owner:me", "owner:me"),
    ),
    (
        r"%LOCALAPPDATA% of SYSTEM",
        "O:SYG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)\
         (A;OICIID;0x1200a9;;;AC)(A;OICIID;0x1200a9;;;S-1-15-2-2)",
        PASSES,
    ),
    (
        r"C:\Program Files",
        "O:{TI}G:{TI}D:PAI(A;;FA;;;{TI})(A;CIIO;GA;;;{TI})(A;;0x1301bf;;;SY)(A;OICIIO;GA;;;SY)(A;;0x1301bf;;;BA)\
         (A;OICIIO;GA;;;BA)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)(A;OICIIO;GA;;;CO)(A;;0x1200a9;;;AC)(A;OICIIO;GXGR;;;AC)\
         (A;;0x1200a9;;;S-1-15-2-2)(A;OICIIO;GXGR;;;S-1-15-2-2)",
        PASSES,
    ),
    (
        r"C:\Program Files\program, by an installer",
        "O:SYG:SYD:AI(A;ID;FA;;;{TI})(A;CIIOID;GA;;;{TI})(A;ID;FA;;;SY)(A;OICIIOID;GA;;;SY)(A;ID;FA;;;BA)\
         (A;OICIIOID;GA;;;BA)(A;ID;0x1200a9;;;BU)(A;OICIIOID;GXGR;;;BU)(A;OICIIOID;GA;;;CO)(A;ID;0x1200a9;;;AC)",
        PASSES,
    ),
    (
        r"C:\Windows\System32\kernel32.dll",
        "O:{TI}G:{TI}D:PAI(A;;0x1200a9;;;SY)(A;;0x1200a9;;;BA)(A;;0x1200a9;;;BU)(A;;FA;;;{TI})(A;;0x1200a9;;;AC)\
         (A;;0x1200a9;;;S-1-15-2-2)S:AI(AU;SAFA;DCLCRPCRSDWDWO;;;WD)",
        PASSES,
    ),
    (
        r"C:\Windows\Temp",
        "O:SYG:SYD:PAI(A;CI;0x100026;;;BU)(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICIIO;FA;;;CO)",
        all("-", "BU"),
    ),
    (r"C:\Windows\SystemTemp", "O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", PASSES),
    (
        r"C:\ProgramData",
        "O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICIIO;GA;;;SY)(A;;FA;;;SY)(A;OICIIO;GA;;;BA)(A;;FA;;;BA)\
         (A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)",
        all("-", "BU"),
    ),
    (
        r"C:\ProgramData\program, created by a user",
        "O:{ME}G:{ME}D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;ID;FA;;;{ME})(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)\
         (A;CIID;DCLCRPCR;;;BU)",
        [["-", "BU"], ["owner:me", "owner:me"], ["owner:me", "owner:me"]],
    ),
    (
        r"C:\ProgramData\program, created by an administrator",
        "O:BAG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;ID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)\
         (A;CIID;DCLCRPCR;;;BU)",
        all("-", "BU"),
    ),
    (
        r"C:\folder, created by an administrator: AU inherits modify from C:\",
        "O:BAG:SYD:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)\
         (A;OICIIOID;SDGXGWGR;;;AU)",
        all("AU", "AU"),
    ),
    (
        r"D:\, as formatting a data volume leaves it",
        "O:SYG:SYD:AI(A;OICIIO;SDGXGWGR;;;AU)(A;;0x1301bf;;;AU)(A;;FA;;;SY)(A;OICIIO;GA;;;SY)(A;OICIIO;GA;;;BA)(A;;FA;;;BA)\
         (A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)",
        all("AU", "AU"),
    ),
    (
        "a folder inherits write access for Everyone",
        "O:BAG:SYD:AI(A;OICIID;0x1301bf;;;WD)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)",
        all("WD", "WD"),
    ),
    ("FAT, as the system describes it", "O:WDG:WDD:NO_ACCESS_CONTROL", all("WD", "WD")),
    ("the list is null", "O:BAD:NO_ACCESS_CONTROL", all("WD", "WD")),
    ("there is no list", "O:BAG:BA", all("WD", "WD")),
    ("the list is empty: only the owner can change it", "O:BAD:", PASSES),
    ("the list is empty, and the owner is the user", "O:{ME}D:", own("owner:me")),
    ("the owner is the user", "O:{ME}D:P(A;;FA;;;SY)(A;;FA;;;BA)", own("owner:me")),
    ("the owner is another user", "O:{OTHER}D:P(A;;FA;;;SY)(A;;FA;;;BA)", all("owner:other", "owner:other")),
    (
        "OWNER RIGHTS limits the owner to reading",
        "O:{OTHER}D:P(A;OICI;0x1200a9;;;OW)(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)",
        PASSES,
    ),
    (
        "OWNER RIGHTS, for what is created in the folder only",
        "O:{OTHER}D:P(A;OICIIO;0x1200a9;;;OW)(A;OICI;FA;;;BA)",
        all("owner:other", "owner:other"),
    ),
    (
        "OWNER RIGHTS lets the owner add files",
        "O:{OTHER}D:P(A;OICI;0x1200ab;;;OW)(A;OICI;FA;;;BA)",
        all("-", "owner:other"),
    ),
    (
        "CREATOR OWNER in an entry for the folder itself: in nobody's token",
        "O:BAD:(A;;FA;;;CO)(A;;FA;;;CG)",
        PASSES,
    ),
    ("deny before allow", "O:BAD:P(D;;0x1f01ff;;;WD)(A;;FA;;;AU)(A;;FA;;;BA)", PASSES),
    (
        "allow before deny, which is not canonical",
        "O:BAD:P(A;;FA;;;AU)(D;;FA;;;WD)(A;;FA;;;BA)",
        all("AU", "AU"),
    ),
    ("deny for the same group", "O:BAD:P(D;;FA;;;BU)(A;;FA;;;BU)(A;;FA;;;BA)", PASSES),
    ("deny for one member of a group", "O:BAD:P(D;;FA;;;{OTHER})(A;;FA;;;AU)", all("AU", "AU")),
    ("deny of some rights", "O:BAD:P(D;;SDDT;;;WD)(A;;0x1301ff;;;AU)", all("-", "AU")),
    ("deny that is only inherited", "O:BAD:P(D;OICIIO;FA;;;WD)(A;;FA;;;AU)", all("AU", "AU")),
    (
        "deny for Everyone, and a grant for anonymous users",
        "O:BAD:P(D;;FA;;;WD)(A;;FA;;;AN)",
        all("AN", "AN"),
    ),
    (
        "a high label keeps out the user without elevation",
        "O:BAD:P(A;OICI;FA;;;{ME})(A;OICI;FA;;;BA)S:(ML;OICI;NW;;;HI)",
        [["-", "-"], ["-", "-"], ["me", "me"]],
    ),
    ("a high label does not keep out other services", "O:BAD:P(A;;FA;;;AU)S:(ML;;NW;;;HI)", all("AU", "AU")),
    ("a high label that keeps out readers only", "O:BAD:P(A;;FA;;;{ME})S:(ML;;NR;;;HI)", all("me", "me")),
    ("a high label that is only inherited", "O:BAD:P(A;;FA;;;{ME})S:(ML;OICIIO;NW;;;HI)", own("me")),
    ("all app packages can write", "O:SYD:P(A;;FA;;;SY)(A;OICI;0x1301bf;;;AC)", all("AC", "AC")),
    (
        "apps with a capability can write",
        "O:SYD:P(A;;FA;;;SY)(A;;FA;;;S-1-15-3-1024-1065365936-1281604716-3511738428-1654721687)",
        all(
            "S-1-15-3-1024-1065365936-1281604716-3511738428-1654721687",
            "S-1-15-3-1024-1065365936-1281604716-3511738428-1654721687",
        ),
    ),
    ("all services can write", "O:SYD:P(A;;FA;;;S-1-5-80-0)", all("S-1-5-80-0", "S-1-5-80-0")),
    ("LOCAL SERVICE can write", "O:SYD:P(A;;FA;;;LS)", all("LS", "LS")),
    ("power users can write", "O:SYD:P(A;;0x1301bf;;;PU)", all("PU", "PU")),
    ("restricted code can write", "O:SYD:P(A;;FA;;;RC)", all("RC", "RC")),
    (
        "an entry for a property, allowed",
        "O:BAD:(OA;;DC;bf967aba-0de6-11d0-a285-00aa003049e2;;BU)",
        all("-", "BU"),
    ),
    (
        "an entry for a property, denied: does not keep anybody out",
        "O:BAD:(OD;;FA;bf967aba-0de6-11d0-a285-00aa003049e2;bf967a86-0de6-11d0-a285-00aa003049e2;WD)(A;;FA;;;BU)",
        all("BU", "BU"),
    ),
    ("a condition, allowed", "O:BAD:(XA;;FA;;;WD;(@User.clearance >= 1))", all("WD", "WD")),
    (
        "a condition, denied: does not keep anybody out",
        "O:BAD:(XD;;FA;;;WD;(@User.clearance >= 1))(A;;FA;;;BU)",
        all("BU", "BU"),
    ),
    (
        "a condition for a property",
        "O:BAD:(ZA;;FA;bf967aba-0de6-11d0-a285-00aa003049e2;;BU;(TRUE))",
        all("BU", "BU"),
    ),
    (
        "users can write attributes, and turn an empty folder into a link",
        "O:BAD:(A;;0x100100;;;BU)",
        all("-", "BU"),
    ),
    ("users can write extended attributes", "O:BAD:(A;;RP;;;BU)", all("-", "BU")),
    ("users can remove what is in it", "O:BAD:(A;;DT;;;BU)", all("BU", "BU")),
    ("users can remove it", "O:BAD:(A;;SD;;;BU)", all("BU", "BU")),
    ("users can change the list", "O:BAD:(A;;WD;;;BU)", all("BU", "BU")),
    ("users can become the owner", "O:BAD:(A;;WO;;;BU)", all("BU", "BU")),
    ("generic write", "O:BAD:(A;;GW;;;BU)", all("-", "BU")),
    ("generic rights to all", "O:BAD:(A;;GA;;;BU)", all("BU", "BU")),
    ("generic rights to read and execute", "O:BAD:(A;;GRGX;;;WD)", PASSES),
    (
        "a share for home folders: domain administrators and users",
        "O:BAG:S-1-5-21-397955417-626881126-188441444-513D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)\
         (A;;LC;;;S-1-5-21-397955417-626881126-188441444-513)(A;OICIIO;FA;;;CO)",
        all("-", "S-1-5-21-397955417-626881126-188441444-513"),
    ),
    (
        "a share of Samba, owned by a Unix user",
        "O:S-1-22-1-1000G:S-1-22-2-1000D:(A;;FA;;;S-1-22-1-1000)(A;;0x1200a9;;;S-1-22-2-1000)(A;;0x1200a9;;;WD)",
        all("owner:S-1-22-1-1000", "owner:S-1-22-1-1000"),
    ),
];

#[test]
fn each_descriptor_gets_its_verdict() {
    let mut wrong = Vec::new();
    for (name, text, expected) in ROWS {
        for (process, expected) in Process::ALL.into_iter().zip(expected) {
            let token = process.token();
            let found = [Asked::Ancestor, Asked::Content].map(|asked| verdict(text, asked, &token));
            if found != *expected {
                wrong.push(format!("{name}: {process:?}: {found:?}, expected {expected:?}\n    {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ROWS.len() >= 25, "{}", ROWS.len());
    assert_eq!(short(super::ME), "me");
}
