//! Tables as offices and other systems hand them in: what is taken, what is refused, what can do no harm.
