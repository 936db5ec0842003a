"""The tabular package's functions in pandas, for comparison. Frames are columns as JSON."""

import math

import numpy as np
import pandas as pd

ATTRIBUTES = (
    "year month week day dayofweek dayofyear is_month_end is_month_start "
    "is_quarter_end is_quarter_start is_year_end is_year_start"
).split()


def columns(frame):
    return {name: [cell(value) for value in frame[name].tolist()] for name in frame}


def cell(value):
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value


def datepart(texts, zone, prefix, time):
    """The texts are wall-clock times, or instants in UTC when there is a zone."""
    dates = pd.to_datetime(pd.Series(texts, dtype=object), format="ISO8601", utc=zone is not None)
    if zone is not None:
        dates = dates.dt.tz_convert(zone)
    out = pd.DataFrame()
    for name in ATTRIBUTES + (["hour", "minute", "second"] if time else []):
        source = dates.dt.isocalendar() if name == "week" else dates.dt
        part = getattr(source, name)
        out[prefix + name.capitalize()] = part.astype(object).where(dates.notna(), None)
        if name.startswith("is_"):
            out[prefix + name.capitalize()] = part
    epoch = pd.Timestamp(0, tz=None if zone is None else "UTC")
    seconds = (dates - epoch) // pd.Timedelta(seconds=1)
    out[prefix + "Elapsed"] = seconds.astype(object).where(dates.notna(), None)
    return columns(out)


def elapsed_times(data, fields, date, base):
    frame = pd.DataFrame(data)
    frame["when"] = pd.to_datetime(frame[date])
    events = frame[fields].fillna(False).astype(bool)
    out = frame.drop(columns="when").copy()
    for prefix, ascending in (("After", True), ("Before", False)):
        order = frame.sort_values([base, "when"], ascending=[True, ascending], kind="stable").index
        for field in fields:
            last, group, values = None, object(), {}
            for row in order:
                if frame.at[row, base] != group:
                    last, group = None, frame.at[row, base]
                if events.at[row, field]:
                    last = frame.at[row, "when"]
                values[row] = 0 if last is None else (frame.at[row, "when"] - last).days
            out[prefix + field] = pd.Series(values)
    for suffix, ascending in (("_bw", True), ("_fw", False)):
        order = frame.sort_values("when", ascending=ascending).index
        ordered = events.loc[order].astype(float)
        for field in fields:
            sums = ordered[field].groupby(frame.loc[order, base], sort=False)
            out[field + suffix] = sums.rolling(7, min_periods=1).sum().droplevel(0)
    return columns(out)


def cyclic(texts, zone=None):
    dates = pd.to_datetime(pd.Series(texts), format="ISO8601")
    shares = {
        "weekday": dates.dt.dayofweek / 7,
        "day_month": (dates.dt.day - 1) / dates.dt.days_in_month,
        "month_year": (dates.dt.month - 1) / 12,
        "day_year": (dates.dt.dayofyear - 1) / (365 + dates.dt.is_leap_year),
        "hour": dates.dt.hour / 24,
        "clock": dates.dt.hour % 12 / 12,
        "min": dates.dt.minute / 60,
        "sec": dates.dt.second / 60,
    }
    out = pd.DataFrame()
    for name, share in shares.items():
        out[name + "_cos"] = np.cos(2 * np.pi * share)
        out[name + "_sin"] = np.sin(2 * np.pi * share)
    return columns(out)


def categorify(train, test, names):
    """Categories of the training columns, and the codes of both parts."""
    out = {}
    for name in names:
        column = pd.Series(train[name], dtype=object).dropna()
        categories = sorted(column.unique().tolist())
        codes = [
            pd.Categorical(pd.Series(part[name], dtype=object), categories=categories).codes.tolist()
            for part in (train, test)
        ]
        out[name] = {"categories": categories, "codes": codes}
    return out


def fill_missing(train, test, names, strategy, fill_value):
    """Both parts, filled by what the training columns have, with a flag for each that has holes."""
    parts = [pd.DataFrame(part, columns=names, dtype=float) for part in (train, test)]
    outs = [part.copy() for part in parts]
    for name in names:
        column = parts[0][name]
        if not column.isna().any():
            continue
        known = column.dropna()
        if strategy == "median":
            value = known.median()
        elif strategy == "common":
            value = max(known.tolist(), key=known.tolist().count)
        else:
            value = fill_value
        for part, out in zip(parts, outs):
            out[name] = part[name].fillna(value)
            out[name + "_na"] = part[name].isna()
    return [columns(out) for out in outs]


def normalize(train, test, names, ddof):
    parts = [pd.DataFrame(part, columns=names, dtype=float) for part in (train, test)]
    mean, std = parts[0].mean(), parts[0].std(ddof=ddof)
    return [columns((part - mean) / (1e-7 + std)) for part in parts]


def principal_components(rows):
    """The points along the two main directions, and the shares of the variance."""
    centred = np.array(rows) - np.mean(rows, axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    shares = s**2 / (s**2).sum()
    return [(u[:, i] * s[i]).tolist() for i in range(2)], shares[:2].tolist()
