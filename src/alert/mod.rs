//! 预警 — what calls somebody, whom, and when. Pure: posts, events, watches, sources and the time in; alerts out.
