# /// script
# requires-python = ">=3.10"
# dependencies = ["biopython"]
# ///
"""Reads and writes sequences, structures and trees of formats that are found by name."""

import io

from Bio import Align, Entrez, Phylo, SeqIO
from Bio.Align import substitution_matrices
from Bio.PDB import PDBParser
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord
from Bio.SeqUtils import gc_fraction, molecular_weight

sequence = Seq("ATGGCCATTGTAATG")
assert str(sequence.translate()) == "MAIVM" and gc_fraction("GATC") == 0.5 and molecular_weight("ACGT") > 1000
record = SeqRecord(sequence, id="x", annotations={"molecule_type": "DNA"})
for kind in ("fasta", "genbank", "embl", "tab", "seqxml", "nexus"):
    binary = kind == "seqxml"
    file = io.BytesIO() if binary else io.StringIO()
    SeqIO.write([record], file, kind)
    file.seek(0)
    assert str(next(SeqIO.parse(file, kind)).seq) == str(sequence), kind
assert substitution_matrices.load("BLOSUM62")["A", "A"] == 4
aligner = Align.PairwiseAligner(scoring="blastp")
assert aligner.align("KEVLA", "EVLA")[0].score > 0
tree = Phylo.read(io.StringIO("((a:1,b:2):1,c:3);"), "newick")
out = io.StringIO()
Phylo.write(tree, out, "phyloxml")
assert "phylogeny" in out.getvalue() and len(tree.get_terminals()) == 3
LINE = "ATOM      1  CA  ALA A   1      11.104   6.134  -6.504  1.00  0.00           C\nEND\n"
structure = PDBParser(QUIET=True).get_structure("s", io.StringIO(LINE))
assert [a.name for a in structure.get_atoms()] == ["CA"]
INFO = """<?xml version="1.0"?><!DOCTYPE eInfoResult PUBLIC "-//NLM//DTD einfo 20130322//EN"
 "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20130322/einfo.dtd"><eInfoResult><DbList><DbName>pubmed</DbName></DbList></eInfoResult>"""
assert Entrez.read(io.BytesIO(INFO.encode()))["DbList"] == ["pubmed"]
print("ok")
