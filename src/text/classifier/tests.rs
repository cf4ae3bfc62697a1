use super::{Characters, Class, Classifier, FeatureSpace, Weighed, Window, decide};

fn space() -> FeatureSpace {
    FeatureSpace {
        longest: 2,
        windows: vec![Window::Whole],
        counts_again: false,
    }
}

fn class(name: &str, from: f32) -> Class {
    Class {
        name: name.to_owned(),
        step: 0.0,
        bias: -0.5,
        slope: 2.0,
        offset: 0.0,
        from,
    }
}

/// Knows two things: 欠薪 is bad, 天气 is not.
fn model() -> Classifier {
    let weighed = |text: &str, weight: f32| {
        let runs = space().runs(&Characters::new("", text));
        let known = runs.into_iter().flatten().map(move |(hash, _)| Weighed {
            hash,
            rarity: 3.0,
            weights: vec![weight],
        });
        known.collect::<Vec<_>>()
    };
    let mut known = weighed("欠薪", 2.0);
    known.extend(weighed("天气", -2.0));
    Classifier::pack("news", space(), vec![class("negative", 0.5)], known)
}

#[test]
fn a_text_lies_on_the_side_of_its_words() {
    let (bad, good) = (
        Characters::new("", "工地欠薪"),
        Characters::new("", "天气晴好"),
    );
    assert!(model().margins(&bad)[0] > 0.0);
    assert!(model().margins(&good)[0] < -0.5);
    assert!(model().probabilities(&bad)[0] > 0.5);
    assert_eq!(model().telling(&bad, 0, 3), ["欠薪"]);
}

#[test]
fn a_text_of_nothing_known_lies_where_the_bias_puts_it() {
    assert_eq!(model().margins(&Characters::new("", "")), [-0.5]);
    assert_eq!(model().margins(&Characters::new("", "😀😀")), [-0.5]);
}

#[test]
fn the_first_class_may_be_taken_before_the_best() {
    let classes = [class("negative", 0.4), class("neutral", 2.0)];
    assert_eq!(decide(&classes, &[0.45, 0.6]), Some(0));
    assert_eq!(decide(&classes, &[0.35, 0.2]), Some(0));
    assert_eq!(decide(&classes, &[0.35, 0.6]), Some(1));
    assert_eq!(decide(&classes[..1], &[0.35]), None);
}

#[test]
fn a_file_comes_back_as_it_was_and_broken_ones_are_refused() {
    let bytes = model().to_bytes();
    assert_eq!(Classifier::from_bytes(&bytes), Ok(model()));
    assert!(Classifier::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    assert!(Classifier::from_bytes(b"{}\n").is_err());
    assert!(Classifier::from_bytes(&[]).is_err());
}
