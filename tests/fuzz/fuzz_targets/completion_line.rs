#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orgconn::fuzz::completion_line(data));
