"""Writes what Python's vaderSentiment 3.3.2 says of texts, one a line on standard input, in the layout that
tests/data/vader.txt has and examples/compare.rs reads: compound, positive, neutral, negative, text, separated by tabs."""

import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

analyzer = SentimentIntensityAnalyzer()
sys.stdin.reconfigure(encoding="utf-8", newline="\n")
sys.stdout.reconfigure(encoding="utf-8", newline="\n")
for line in sys.stdin:
    text = line.removesuffix("\n").replace("\t", " ")
    said = analyzer.polarity_scores(text)
    print(said["compound"], said["pos"], said["neu"], said["neg"], text, sep="\t")
