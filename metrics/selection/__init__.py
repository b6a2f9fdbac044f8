"""年度最佳三长: the annual selection as advice to a meeting. Pure: frames in, frames out; every number can be taken apart."""
