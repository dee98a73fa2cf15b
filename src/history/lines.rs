use std::io::{self, BufRead, Read};

/// No longer line is written, or taken into memory.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// Calls `take` with the number (from 1) of every line that is not blank, and its content without the line break; with `None` in place of the
/// content where it is longer than [`LONGEST_LINE`]. Never more than one line is in memory.
pub(super) fn for_each_line(
    mut reader: impl BufRead,
    mut take: impl FnMut(u64, Option<&[u8]>),
) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let most = LONGEST_LINE as u64 + 1;
        if reader.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() > LONGEST_LINE && line.last() != Some(&b'\n') {
            reader.skip_until(b'\n')?;
            take(number, None);
            continue;
        }
        let content = line.strip_suffix(b"\n").unwrap_or(&line);
        if !content.trim_ascii().is_empty() {
            take(number, Some(content));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(text: &[u8]) -> Vec<(u64, Option<usize>)> {
        let mut seen = Vec::new();
        for_each_line(text, |number, line| {
            seen.push((number, line.map(<[u8]>::len)));
        })
        .unwrap();
        seen
    }

    #[test]
    fn lines_are_numbered_and_blank_ones_are_passed_over() {
        assert_eq!(
            lengths(b"a\n\n  \nbb\nccc"),
            [(1, Some(1)), (4, Some(2)), (5, Some(3))]
        );
        assert_eq!(lengths(b""), []);
    }

    #[test]
    fn a_line_over_the_limit_is_skipped_and_the_next_is_read() {
        let longest = vec![b'x'; LONGEST_LINE];
        let longer = vec![b'x'; LONGEST_LINE + 1];
        let text = [&longest[..], b"\n", &longer, b"\nnext\n", &longer].concat();
        assert_eq!(
            lengths(&text),
            [(1, Some(LONGEST_LINE)), (2, None), (3, Some(4)), (4, None)]
        );
    }
}
