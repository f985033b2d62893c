# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6-Essentials"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Sorts, converts and shows text by the rules of several languages, with data of ICU."""

from PySide6.QtCore import QByteArray, QCollator, QDateTime, QLocale, QStringConverter, QStringDecoder, QStringEncoder, QTimeZone

words = ["zebra", "\u00e4pple", "orange", "\u00f6l", "Zoo", "a\u0308rger"]
for language in "sv", "de", "zh", "es":
    collator = QCollator(QLocale(language))
    order = sorted(words, key=lambda word: collator.sortKey(word))
    print(language, order, collator.compare("\u00e4", "z"), collator.compare("\u00df", "ss"))

print(QLocale("tr").toUpper("istanbul"), QLocale("tr").toLower("ISPARTA"), QLocale("en").toUpper("stra\u00dfe"))

for zone in "Europe/Berlin", "America/New_York", "Asia/Tokyo":
    for language in "en", "de", "fr", "ja":
        names = [
            QTimeZone(QByteArray(zone.encode())).displayName(kind, style, QLocale(language))
            for kind in (QTimeZone.TimeType.StandardTime, QTimeZone.TimeType.DaylightTime)
            for style in (QTimeZone.NameType.LongName, QTimeZone.NameType.ShortName, QTimeZone.NameType.OffsetName)
        ]
        print(zone, language, names)

when = QDateTime.fromString("2024-02-29T13:05:07", "yyyy-MM-ddTHH:mm:ss")
for language in "en_US", "de_DE", "fa_IR", "zh_CN", "ar_EG":
    locale = QLocale(language)
    print(language, locale.toString(when, QLocale.FormatType.LongFormat), locale.toString(1234567.891, "f", 2))
    print(locale.toCurrencyString(1234.5), locale.nativeLanguageName(), locale.nativeTerritoryName())

available = sorted(QStringConverter.availableCodecs())
print(len(available), available[:5])
for name in "Shift_JIS", "GB18030", "windows-1251", "EUC-KR":
    assert QStringDecoder(name).isValid() and QStringEncoder(name).isValid(), name
text = "\u65e5\u672c\u8a9e"
document = QByteArray(b"<meta charset=shift_jis>" + text.encode("shift_jis"))
print(QStringDecoder.decoderForHtml(document).name())

print("ok")
