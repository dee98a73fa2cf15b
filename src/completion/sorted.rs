use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// So much is read at once. A line that is longer is found all the same.
const BLOCK: u64 = 4096;
/// And at most so much, of lines that are all wanted.
const LONGEST: u64 = 64 * 1024;

/// A file of lines in order, of which only those are read that are looked for, and a few on the way to them: to map
/// the memory for all of a long one would take longer than the rest of the program.
#[derive(Debug)]
pub(super) struct Sorted {
    file: File,
    /// Where the lines begin.
    start: u64,
    end: u64,
}

impl Sorted {
    /// The lines of a file that begins with this head. `None` if there is none, it begins otherwise, or it does not end
    /// with a line, as one does that was cut short.
    pub(super) fn open(path: &Path, head: &str) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let end = file.metadata().ok().filter(|file| file.is_file())?.len();
        let mut beginning = vec![0; head.len()];
        file.read_exact(&mut beginning).ok()?;
        let start = head.len() as u64;
        let mut sorted = Self { file, start, end };
        let last = sorted.bytes(end.checked_sub(1)?, 1).ok()?;
        (beginning == head.as_bytes() && last == b"\n").then_some(sorted)
    }

    /// All lines.
    pub(super) fn all(&mut self) -> io::Result<Vec<u8>> {
        self.bytes(self.start, self.end - self.start)
    }

    /// The lines that are among those wanted, which stand together. `place` says of a line whether it is one of them,
    /// or comes before or after them.
    pub(super) fn among(&mut self, place: impl Fn(&[u8]) -> Ordering) -> io::Result<Vec<u8>> {
        let mut found = Vec::new();
        let (mut next, mut length) = (self.near(&place)?, BLOCK);
        let mut block = Vec::new();
        while next < self.end {
            self.read_on(next, length, &mut block)?;
            next = self.end.min(next + length);
            // As a rule there are few; where there are many, fewer system calls pay.
            length = (length * 2).min(LONGEST);
            let whole = block
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |last| last + 1);
            for line in block[..whole].split_inclusive(|byte| *byte == b'\n') {
                match place(line) {
                    Ordering::Less => {}
                    Ordering::Equal => found.extend_from_slice(line),
                    Ordering::Greater => return Ok(found),
                }
            }
            block.drain(..whole);
        }
        Ok(found)
    }

    /// The beginning of a line that is not far before the first one wanted.
    fn near(&mut self, place: &impl Fn(&[u8]) -> Ordering) -> io::Result<u64> {
        let (mut start, mut end) = (self.start, self.end);
        while end - start > BLOCK {
            let middle = start + (end - start) / 2;
            let block = self.bytes(middle, BLOCK)?;
            let mut lines = block.split_inclusive(|byte| *byte == b'\n');
            // The first is the rest of one.
            let (Some(rest), Some(line)) = (lines.next(), lines.next()) else {
                break;
            };
            let at = middle + rest.len() as u64;
            if at >= end || !line.ends_with(b"\n") {
                break;
            }
            match place(line) {
                Ordering::Less => start = at + line.len() as u64,
                _ => end = at,
            }
        }
        Ok(start)
    }

    /// So many bytes from there on, or as many as there are.
    fn bytes(&mut self, from: u64, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_on(from, most, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`Sorted::bytes`], behind those that are there.
    fn read_on(&mut self, from: u64, most: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        let count = most.min(self.end.saturating_sub(from));
        bytes.reserve_exact(usize::try_from(count).unwrap_or_default());
        self.file.seek(SeekFrom::Start(from))?;
        self.file.by_ref().take(count).read_to_end(bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn begun(lines: &[String], typed: &str) -> Vec<String> {
        let file = file(&format!("head\n{}", lines.concat()));
        let mut sorted = Sorted::open(file.path(), "head\n").unwrap();
        let place = |line: &[u8]| line[..line.len().min(typed.len())].cmp(typed.as_bytes());
        let found = sorted.among(place).unwrap();
        str::from_utf8(&found)
            .unwrap()
            .split_inclusive('\n')
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn what_is_no_whole_file_of_the_kind_is_none() {
        for text in ["", "head", "head\ncut short", "another\nx\n"] {
            assert!(
                Sorted::open(file(text).path(), "head\n").is_none(),
                "{text:?}"
            );
        }
        assert!(Sorted::open(Path::new("/nonexistent"), "head\n").is_none());
        assert_eq!(begun(&[], ""), [""; 0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn those_that_are_found_are_those_that_begin_so(
            heads in prop::collection::vec("[ab]{0,4}", 0..60),
            lengths in prop::collection::vec(prop::sample::select(vec![0, 50, 500, 3_000, 9_000]), 60),
            typed in "[ab]{0,3}",
        ) {
            let lines = heads.iter().zip(lengths);
            let mut lines: Vec<_> = lines.map(|(head, length)| format!("{head}{}\n", "x".repeat(length))).collect();
            lines.sort();
            let wanted: Vec<_> = lines.iter().filter(|line| line.starts_with(&typed)).cloned().collect();
            prop_assert_eq!(begun(&lines, &typed), wanted);
        }
    }
}
