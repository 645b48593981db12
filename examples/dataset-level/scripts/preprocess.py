"""Makes a dataset of raw measurements: drops incomplete records and writes train and test files.

A plain script: it reads a folder and writes a folder, and knows nothing of lineage.
"""

from pathlib import Path

import pandas
from sklearn.model_selection import train_test_split

RAW = Path("/opt/ml/processing/input/raw")
DATASET = Path("/opt/ml/processing/output/dataset")


def main() -> None:
    records = pandas.concat(pandas.read_csv(path) for path in sorted(RAW.rglob("*.csv"))).dropna()
    train, test = train_test_split(records, test_size=0.25, random_state=7, stratify=records["target"])
    for name, part in (("train", train), ("test", test)):
        folder = DATASET / name
        folder.mkdir(parents=True)
        part.to_csv(folder / "records.csv", index=False)


if __name__ == "__main__":
    main()
