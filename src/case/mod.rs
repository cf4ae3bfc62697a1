//! 办理件 — what an office must handle by a deadline: states, deadlines, sheets to print. Pure.
