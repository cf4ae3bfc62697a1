//! Engagement over time: a few readings in, the reading at any age out, linear between them.

use serde::Deserialize;

/// 互动量 as the sites print it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// 评论.
    pub comments: u64,
    /// 转发.
    pub reposts: u64,
    /// 点赞.
    pub likes: u64,
}

impl Counts {
    /// 互动指数, by which the sites decide what is hot.
    pub fn weight(self) -> u64 {
        self.comments + self.reposts + self.likes / 5
    }
}

/// Rows of minutes after publication, comments, reposts, likes. Before the first row they grow from zero,
/// after the last row they stand still.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Curve(Vec<[u64; 4]>);

impl Curve {
    /// 互动量 of a post that is `age_minutes` old.
    pub fn at(&self, age_minutes: u64) -> Counts {
        let [_, comments, reposts, likes] = self.row(age_minutes);
        Counts {
            comments,
            reposts,
            likes,
        }
    }

    fn row(&self, age: u64) -> [u64; 4] {
        let mut before = [0; 4];
        for &after in &self.0 {
            if age < after[0] {
                return between(before, after, age);
            }
            before = after;
        }
        before
    }
}

fn between(before: [u64; 4], after: [u64; 4], age: u64) -> [u64; 4] {
    let (passed, span) = (age - before[0], after[0] - before[0]);
    std::array::from_fn(|column| {
        let growth = after[column].saturating_sub(before[column]);
        before[column] + growth * passed / span
    })
}

#[cfg(test)]
mod tests {
    use super::Curve;

    #[test]
    fn between_two_rows_the_numbers_grow_evenly() {
        let curve = Curve(vec![[10, 20, 0, 100], [20, 40, 10, 100]]);
        let seen: Vec<_> = [0, 5, 10, 15, 20, 900]
            .map(|age| curve.at(age).comments)
            .into();
        assert_eq!(seen, [0, 10, 20, 30, 40, 40]);
    }
}
