"""The lesson's features worked out with pandas, as fast.ai and its notebook define them."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

CATEGORICAL = [
    "Store", "DayOfWeek", "Year", "Month", "Day", "StateHoliday", "CompetitionMonthsOpen",
    "Promo2Weeks", "StoreType", "Assortment", "PromoInterval", "CompetitionOpenSinceYear",
    "Promo2SinceYear", "Week",
]
CONTINUOUS = ["CompetitionDistance", "Promo", "SchoolHoliday"]


def read(folder, name, **options):
    path = Path(folder) / f"{name}.csv"
    return pd.read_csv(path if path.exists() else f"{path}.gz", **options)


def join_tables(folder):
    train = read(folder, "train", parse_dates=["Date"], dtype={"StateHoliday": str})
    store = read(folder, "store")
    table = train.merge(store, on="Store", how="left")
    table = table[table["Sales"] != 0].reset_index(drop=True)

    table["StateHoliday"] = table["StateHoliday"] != "0"
    dates = table["Date"].dt
    table["Year"], table["Month"], table["Day"] = dates.year, dates.month, dates.day
    table["Week"] = dates.isocalendar().week.astype("int64")

    for column, value in {
        "CompetitionOpenSinceYear": 1900,
        "CompetitionOpenSinceMonth": 1,
        "Promo2SinceYear": 1900,
        "Promo2SinceWeek": 1,
    }.items():
        table[column] = table[column].fillna(value).astype("int32")

    opened = pd.to_datetime(
        {
            "year": table["CompetitionOpenSinceYear"],
            "month": table["CompetitionOpenSinceMonth"],
            "day": 15,
        }
    )
    days = (table["Date"] - opened).dt.days
    days[(days < 0) | (table["CompetitionOpenSinceYear"] < 1990)] = 0
    table["CompetitionMonthsOpen"] = (days // 30).clip(upper=24)

    text = table["Promo2SinceYear"].astype(str) + table["Promo2SinceWeek"].astype(str).str.zfill(2)
    since = pd.to_datetime(text + "1", format="%G%V%u")
    days = (table["Date"] - since).dt.days
    days[(days < 0) | (table["Promo2SinceYear"] < 1990)] = 0
    table["Promo2Weeks"] = (days // 7).clip(0, 25)
    return table


def encode(folder):
    """Category indices, continuous values and targets of the training and validation rows."""
    table = join_tables(folder)
    boundary = table["Date"][len(read(folder, "test", dtype={"StateHoliday": str}))]
    cut = table.index[table["Date"] == boundary].max()
    train, valid = table.iloc[cut:].copy(), table.iloc[:cut].copy()

    median = train["CompetitionDistance"].median()
    for part in (train, valid):
        part["CompetitionDistance_na"] = part["CompetitionDistance"].isna()
        part["CompetitionDistance"] = part["CompetitionDistance"].fillna(median)

    names = [*CATEGORICAL, "CompetitionDistance_na"]
    categories = {name: sorted(train[name].dropna().unique()) for name in names}
    means, deviations = train[CONTINUOUS].mean(), train[CONTINUOUS].std()

    def tensors(part):
        codes = [pd.Categorical(part[name], categories[name]).codes + 1 for name in names]
        values = (part[CONTINUOUS] - means) / (1e-7 + deviations)
        return {
            "cats": torch.from_numpy(np.stack(codes, 1).astype("int64")),
            "conts": torch.from_numpy(values.to_numpy("float32")),
            "target": torch.from_numpy(np.log(part["Sales"]).to_numpy("float32")),
        }

    counts = [len(categories[name]) + 1 for name in names]
    return {"train": tensors(train), "valid": tensors(valid), "class_counts": counts}
