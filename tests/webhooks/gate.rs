//! Where a request waits until it is let go: whoever sent it is in the midst
//! of its work, and knows of nothing that happens meanwhile.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use calsync::sandbox::{google, microsoft};

use super::house::House;

/// When a request is not to be expected any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// A gate that the next listing of a provider comes to.
pub(crate) struct Gate {
    arrived: mpsc::Receiver<()>,
    opened: mpsc::Sender<()>,
}

/// The side of the gate where requests are.
struct Inside {
    arrive: mpsc::Sender<()>,
    go_on: Mutex<mpsc::Receiver<()>>,
}

impl Gate {
    fn new() -> (Self, Inside) {
        let ((arrive, arrived), (opened, go_on)) = (mpsc::channel(), mpsc::channel());
        let go_on = Mutex::new(go_on);
        (Self { arrived, opened }, Inside { arrive, go_on })
    }

    /// Before Google lists events.
    pub(crate) fn at_google(house: &House) -> Self {
        let (gate, inside) = Self::new();
        let stop = google::Fault::meanwhile(move |_| inside.wait());
        let google = &house.world.sandbox.google;
        google.inject(stop.on(google::Kind::EventsList));
        gate
    }

    /// Before Microsoft lists changes.
    pub(crate) fn at_microsoft(house: &House) -> Self {
        let (gate, inside) = Self::new();
        let stop = microsoft::Fault::meanwhile(move |_| inside.wait());
        let microsoft = &house.world.sandbox.microsoft;
        microsoft.inject(stop.on(microsoft::Kind::Delta));
        gate
    }

    /// Returns when a request has come to it.
    pub(crate) fn is_reached(&self) {
        self.arrived.recv_timeout(PATIENCE).unwrap();
    }

    /// Lets the request go on.
    pub(crate) fn open(self) {
        self.opened.send(()).unwrap();
    }
}

impl Inside {
    fn wait(&self) {
        self.arrive.send(()).unwrap();
        let go_on = self.go_on.lock().unwrap();
        // Other requests are served meanwhile. The story has failed when
        // nobody is left to open the gate.
        tokio::task::block_in_place(|| go_on.recv().ok());
    }
}
