#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orgconn::fuzz::host_rule(data));
