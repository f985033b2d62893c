"""The smallest real use of numpy and pandas, also measured by the benchmark."""

import numpy as np
import pandas as pd


def main():
    frame = pd.DataFrame({"kind": list("abab"), "n": np.arange(4)})
    print("sums", frame.groupby("kind")["n"].sum().to_dict())


if __name__ == "__main__":
    main()
