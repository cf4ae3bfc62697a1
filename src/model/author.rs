//! 发帖人 — whom a post counts for where independent authors are counted: copies of one text and complaints of one matter
//! (`spec.md` 3.2, Y3) go by this one rule.

use crate::model::{Channel, PostId, StoredPost};

/// 发帖人.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Author {
    /// A paper, station or office is one author, whoever wrote for it and however often it prints a text; so is an
    /// account that names nobody.
    Outlet(String),
    /// One name is one person, on whichever board it appears.
    Person(String),
    /// A post without a name is its own author: two of them are not proven to be one person.
    Unnamed(PostId),
}

impl Author {
    /// By what is known of a post.
    pub fn of(id: PostId, channel: Channel, source_name: &str, name: Option<&str>) -> Author {
        let is_outlet = matches!(
            channel,
            Channel::Tv | Channel::Radio | Channel::Newspaper | Channel::News | Channel::Government
        );
        match name.map(str::trim).filter(|name| !name.is_empty()) {
            _ if is_outlet => Author::Outlet(source_name.to_owned()),
            Some(name) => Author::Person(name.to_owned()),
            // There a source is one account, unlike a board or a hotline.
            None if matches!(channel, Channel::Wechat | Channel::Video) => {
                Author::Outlet(source_name.to_owned())
            }
            None => Author::Unnamed(id),
        }
    }
}

impl StoredPost {
    /// 发帖人.
    pub fn author(&self) -> Author {
        let post = &self.post;
        let name = post.author.as_deref();
        Author::of(self.id, post.channel, &post.source_name, name)
    }
}

#[cfg(test)]
mod tests {
    use super::Author;
    use crate::model::{Channel, PostId};

    #[test]
    fn names_count_on_boards_and_outlets_count_once() {
        let forum = |id, source, name| Author::of(PostId(id), Channel::Forum, source, name);
        assert_eq!(forum(1, "甲", Some("网友")), forum(2, "乙", Some("网友 ")));
        assert_ne!(forum(1, "甲", None), forum(2, "甲", None));
        let account = |id, name| Author::of(PostId(id), Channel::Wechat, "某公众号", name);
        assert_eq!(account(1, None), account(2, Some(" ")));
        assert_ne!(account(1, None), account(2, Some("网友")));
        let paper = |id, name| Author::of(PostId(id), Channel::Newspaper, "示例日报", name);
        assert_eq!(paper(1, None), paper(2, Some("记者")));
    }
}
