//! Ids, tokens and etags from a seeded counter.

/// Gives out ids; equal seeds give equal ids in equal order.
#[derive(Debug)]
pub(super) struct Ids {
    seed: u64,
    count: u64,
}

impl Ids {
    /// Ids that follow from `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// An event id as Google makes them: 26 characters of base32hex.
    pub(super) fn event(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let digit = |index: u32| {
            let half = if index < 13 { high } else { low };
            char::from_digit(((half >> (5 * (index % 13) % 60)) & 31) as u32, 32).unwrap_or('0')
        };
        (0..26).map(digit).collect()
    }

    /// 32 hexadecimal digits.
    pub(super) fn opaque(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    /// A decimal number of 21 digits, as Google's account ids are.
    pub(super) fn subject(&mut self) -> String {
        format!("1{:020}", self.next())
    }

    /// An etag, quotes included; never the same twice.
    pub(super) fn etag(&mut self) -> String {
        self.count += 1;
        format!("\"{}\"", 3_580_000_000_000_000 + self.count * 2)
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.count += 1;
        let mut z = self
            .seed
            .wrapping_add(self.count.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
