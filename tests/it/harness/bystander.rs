use std::io::ErrorKind;
use std::net::TcpListener;

/// A server that must not get any connection, not even without a request.
pub(crate) struct Bystander(TcpListener);

impl Bystander {
    /// Listens on a port of loopback.
    pub(crate) fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// Requires that nobody has connected so far.
    #[track_caller]
    pub(crate) fn was_left_alone(&self) {
        self.0.set_nonblocking(true).unwrap();
        let visit = self.0.accept();
        assert!(
            visit.is_err_and(|error| error.kind() == ErrorKind::WouldBlock),
            "somebody connected"
        );
    }
}
