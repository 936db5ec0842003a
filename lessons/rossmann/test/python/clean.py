"""The lesson's cleaning notebook in pandas, for comparison and as the bench's other side."""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd

TABLES = "train test store store_states state_names googletrend weather".split()
EVENTS = ["SchoolHoliday", "StateHoliday", "Promo"]
ATTRIBUTES = (
    "Year Month Week Day Dayofweek Dayofyear Is_month_end Is_month_start "
    "Is_quarter_end Is_quarter_start Is_year_end Is_year_start"
).split()


def read_tables(folder):
    def read(name):
        path = Path(folder) / f"{name}.csv"
        path = path if path.exists() else path.with_suffix(".csv.gz")
        frame = pd.read_csv(path, low_memory=False, dtype={"StateHoliday": str})
        if "Date" in frame:
            frame["Date"] = pd.to_datetime(frame["Date"])
        return frame

    return {name: read(name) for name in TABLES}


def add_datepart(frame):
    dates = frame["Date"].dt
    for name in ATTRIBUTES:
        source = dates.isocalendar() if name == "Week" else dates
        frame[name] = getattr(source, name.lower()).astype(
            "bool" if name.startswith("Is_") else "int64"
        )
    frame["Elapsed"] = frame["Date"].astype("datetime64[s]").astype("int64")


def join(left, right, on, suffix="_y"):
    return left.merge(right, how="left", on=on, suffixes=("", suffix))


def elapsed(frame, field, prefix):
    """Days since the last event on the way through the rows, 0 before the first."""
    last_store, last_date, result = None, np.datetime64("NaT"), []
    day = np.timedelta64(1, "D")
    for store, event, date in zip(frame.Store.values, frame[field].values, frame.Date.values):
        if store != last_store:
            last_date, last_store = np.datetime64("NaT"), store
        if event:
            last_date = date
        result.append((date - last_date).astype("timedelta64[D]") / day)
    frame[prefix + field] = result


def event_times(train, test):
    frame = pd.concat([part[["Date", "Store", *EVENTS]] for part in (train, test)])
    frame = frame.reset_index(drop=True)
    names = []
    for field in EVENTS:
        for prefix, ascending in (("After", True), ("Before", False)):
            frame = frame.sort_values(["Store", "Date"], ascending=[True, ascending])
            elapsed(frame, field, prefix)
            names.append(prefix + field)
    frame[names] = frame[names].fillna(0).astype(int)
    for suffix, ascending in (("_bw", True), ("_fw", False)):
        ordered = frame.set_index("Date")[["Store", *EVENTS]].sort_index(ascending=ascending)
        sums = ordered.groupby("Store")[EVENTS].rolling(7, min_periods=1).sum().reset_index()
        frame = frame.merge(sums, "left", ["Date", "Store"], suffixes=("", suffix))
    return frame.drop(columns=EVENTS)


def clean(tables):
    tables = {name: frame.copy() for name, frame in tables.items()}
    train, test, store, states, names, trend, weather = (tables[name] for name in TABLES)
    for part in (train, test):
        part["StateHoliday"] = part.StateHoliday != "0"
    weather = weather.merge(names, how="left", left_on="file", right_on="StateName")
    trend["Date"] = pd.to_datetime(trend.week.str.split(" - ", expand=True)[0])
    trend["State"] = trend.file.str.split("_", expand=True)[2]
    trend.loc[trend.State == "NI", "State"] = "HB,NI"
    for frame in (weather, trend, train, test):
        add_datepart(frame)
    national = trend[trend.file == "Rossmann_DE"]
    store = join(store, states, "Store")
    parts = []
    for part in (train, test):
        part = join(part, store, "Store")
        part = join(part, trend, ["State", "Year", "Week"])
        part = part.merge(national, "left", ["Year", "Week"], suffixes=("", "_DE"))
        part = part.drop(columns=[name for name in part if name.endswith("_y")])
        part = join(part, weather, ["State", "Date"])
        part = part.drop(columns=[name for name in part if name.endswith("_y")])
        for name, value in (
            ("CompetitionOpenSinceYear", 1900),
            ("CompetitionOpenSinceMonth", 1),
            ("Promo2SinceYear", 1900),
            ("Promo2SinceWeek", 1),
        ):
            part[name] = part[name].fillna(value).astype(np.int32)
        part["CompetitionOpenSince"] = pd.to_datetime(
            {"year": part.CompetitionOpenSinceYear, "month": part.CompetitionOpenSinceMonth, "day": 15}
        )
        days = (part.Date - part.CompetitionOpenSince).dt.days
        part["CompetitionDaysOpen"] = days.where((days > 0) & (part.CompetitionOpenSinceYear >= 1990), 0)
        part["CompetitionMonthsOpen"] = (part.CompetitionDaysOpen // 30).clip(upper=24)
        weeks = zip(part.Promo2SinceYear, part.Promo2SinceWeek)
        part["Promo2Since"] = pd.to_datetime(
            [datetime.date.fromisocalendar(year, week, 1) for year, week in weeks]
        )
        days = (part.Date - part.Promo2Since).dt.days
        part["Promo2Days"] = days.where((days > 0) & (part.Promo2SinceYear >= 1990), 0)
        part["Promo2Weeks"] = (part.Promo2Days // 7).clip(0, 25)
        parts.append(part)
    times = event_times(train, test)
    train, test = (join(part, times, ["Store", "Date"]) for part in parts)
    train = train[train.Sales != 0]
    return train.reset_index(), test.reset_index()


def process(train, test, cats, conts):
    """FillMissing, Categorify and Normalize by the training part; arrays as a model takes them."""
    cats = list(cats)
    parts = [part[cats + list(conts)].copy() for part in (train, test)]
    for name in conts:
        if parts[0][name].isna().any():
            median = parts[0][name].median()
            for part in parts:
                part[name + "_na"] = part[name].isna()
                part[name] = part[name].fillna(median)
            cats.append(name + "_na")
    codes, numbers = [[], []], [[], []]
    for name in cats:
        parts[0][name] = parts[0][name].astype("category").cat.as_ordered()
        kinds = parts[0][name].cat.categories
        parts[1][name] = pd.Categorical(parts[1][name], categories=kinds, ordered=True)
        for place, part in enumerate(parts):
            codes[place].append(part[name].cat.codes.astype(np.int64).values + 1)
    for name in conts:
        mean, std = parts[0][name].mean(), parts[0][name].std()
        for place, part in enumerate(parts):
            numbers[place].append(((part[name] - mean) / (1e-7 + std)).astype(np.float32).values)
    return [(np.stack(codes[place], 1), np.stack(numbers[place], 1)) for place in (0, 1)]


def as_columns(frame):
    def cell(value):
        if isinstance(value, pd.Timestamp):
            return value.strftime("%Y-%m-%d")
        return None if value is None or value != value else value

    return {name: [cell(value) for value in frame[name].tolist()] for name in frame}


def clean_as_json(folder):
    return [as_columns(frame) for frame in clean(read_tables(folder))]
