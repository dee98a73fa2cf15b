#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orgconn::fuzz::api_page(data));
