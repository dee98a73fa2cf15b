use super::*;
use crate::output::graph::samples::*;
use crate::output::graph::svg::cards::Chip;
use crate::output::graph::svg::path::number;

const SMALL: f64 = 11.0;

fn chip_frame(chip: &Chip) -> Frame {
    Frame {
        x: chip.x,
        y: chip.y - CHIP / 2.0,
        width: CHIP,
        height: CHIP,
    }
}

fn labels_of(card: &Card) -> Vec<Frame> {
    let chips = card.chips.iter().map(chip_frame);
    let note = card.note.iter().map(|note| note.frame(SMALL));
    chips.chain(note).chain([card.title.frame(TEXT)]).collect()
}

fn all_labels(layout: &Layout) -> Vec<Frame> {
    let legend = layout.legend.iter();
    let keys = legend.flat_map(|key| [chip_frame(&key.chip), key.words.frame(TEXT)]);
    let aside = layout.aside.iter().map(|text| text.frame(TEXT));
    let cards = layout.cards.iter().flat_map(labels_of);
    cards.chain(aside).chain(keys).collect()
}

fn overlap(one: &Frame, other: &Frame) -> bool {
    one.x < other.right()
        && other.x < one.right()
        && one.y < other.bottom()
        && other.y < one.bottom()
}

fn ring(count: u32) -> Graph {
    let orgs: Vec<_> = (0..count)
        .map(|number| org(number, &format!("Org {number}")))
        .collect();
    let next = |index: usize| &orgs[(index + 1) % orgs.len()];
    let connections: Vec<_> = orgs
        .iter()
        .enumerate()
        .map(|(index, org)| connect(org, next(index), "logs,audit"))
        .collect();
    Graph::new(&connections, &directory(&orgs, &[]))
}

/// Every org in many connections with many others.
fn thicket() -> Graph {
    let orgs: Vec<_> = (0..40)
        .map(|number| org(number, &format!("Org {number}")))
        .collect();
    let pairs = (0..300usize).map(|step| (step % 40, (step * 7 + step / 40 + 1) % 23));
    let connections: Vec<_> = pairs
        .map(|(source, destination)| connect(&orgs[source], &orgs[destination], "logs,metrics"))
        .collect();
    Graph::new(&connections, &directory(&orgs, &[]))
}

#[test]
fn no_label_overlaps_another_and_all_are_on_the_canvas() {
    let graphs = [3, 30, 300, 1000].map(many);
    for graph in graphs
        .into_iter()
        .chain([small(), ring(2), ring(60), thicket()])
    {
        let layout = Layout::of(&graph);
        let labels = all_labels(&layout);
        for (index, label) in labels.iter().enumerate() {
            assert!(
                label.x >= EDGE && label.right() <= layout.width - EDGE / 2.0,
                "{label:?}"
            );
            assert!(
                label.y >= 0.0 && label.bottom() <= layout.height - EDGE / 2.0,
                "{label:?}"
            );
            let clash = labels[index + 1..]
                .iter()
                .find(|other| overlap(label, other));
            assert!(clash.is_none(), "{label:?} and {clash:?}");
        }
    }
}

#[test]
fn no_card_stands_on_another_and_each_holds_its_labels() {
    for graph in [many(300), ring(60), thicket()] {
        let cards = Layout::of(&graph).cards;
        for (index, card) in cards.iter().enumerate() {
            let clash = cards[index + 1..]
                .iter()
                .find(|other| overlap(&card.frame, &other.frame));
            assert!(clash.is_none(), "{:?}", card.frame);
            for label in labels_of(card) {
                assert!(
                    label.x >= card.frame.x && label.right() <= card.frame.right(),
                    "{label:?}"
                );
                assert!(
                    label.y >= card.frame.y && label.bottom() <= card.frame.bottom(),
                    "{label:?}"
                );
            }
        }
    }
}

#[test]
fn every_connection_has_its_lines_and_every_line_a_head_where_it_ends() {
    for graph in [many(3), many(300), ring(5), thicket()] {
        let routes = Layout::of(&graph).routes;
        let drawn: Vec<usize> = routes.links.iter().map(|link| link.edge).collect();
        assert_eq!(drawn, (0..graph.edges.len()).collect::<Vec<_>>());
        for link in &routes.links {
            assert_eq!(link.lines.len(), Strand::of(&graph.edges[link.edge]).len());
            for line in link
                .way
                .iter()
                .chain(link.lines.iter().filter(|_| link.way.is_empty()))
            {
                let ends = routes.heads.iter().any(|head| {
                    let back = if head.rightward {
                        -route::HEAD
                    } else {
                        route::HEAD
                    };
                    let end = format!("{} {}", number(head.tip.x + back), number(head.tip.y));
                    head.strand == line.strand && line.path.ends_with(&end)
                });
                assert!(ends, "{}", line.path);
            }
        }
    }
}

#[test]
fn the_hub_is_in_view_when_a_large_picture_is_opened() {
    let layout = Layout::of(&many(300));
    let hub = layout
        .cards
        .iter()
        .find(|card| card.role == Role::Hub)
        .unwrap();
    assert!(
        hub.frame.right() < 1280.0 && hub.frame.bottom() < 720.0,
        "{:?}",
        hub.frame
    );
}

#[test]
fn no_text_is_smaller_than_eleven_pixels() {
    let style = include_str!("../style.css");
    let sizes = style
        .split("font-size: ")
        .skip(1)
        .map(|rest| rest.split("px").next().unwrap());
    let sizes: Vec<f64> = sizes.map(|size| size.parse().unwrap()).collect();
    assert!(
        sizes.len() > 1 && sizes.iter().all(|size| *size >= SMALL),
        "{sizes:?}"
    );
    assert!(SMALL >= 11.0 && style.contains(&format!("font: {TEXT}px")));
}
