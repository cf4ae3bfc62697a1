//! Known hashes → their numbers, in one or two looks.

/// Marks an empty place.
const EMPTY: u32 = u32::MAX;

/// Bits of the first look for each known hash: of unknown ones an eighth at most gets past it.
const SIGNS_PER_HASH: usize = 8;

/// Open addressing over the hashes, which are spread already.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Sorted, each once.
    hashes: Vec<u32>,
    /// A hash and its number, side by side: one look into memory. A power of two of places, at most half of them taken.
    places: Vec<(u32, u32)>,
    /// One bit for each value of a hash's upper bits, set where a known one has it. Most runs of a text are unknown, and
    /// these bits stay in the processor's cache where the places do not.
    signs: Vec<u64>,
    /// Bits of a hash that its sign leaves out.
    sign_shift: u32,
}

impl Table {
    /// A table of sorted hashes.
    pub fn new(hashes: Vec<u32>) -> Table {
        let size = (2 * hashes.len()).next_power_of_two().max(2);
        let mut places = vec![(0, EMPTY); size];
        for (number, hash) in (0..).zip(&hashes) {
            let mut place = *hash as usize & (size - 1);
            while places[place].1 != EMPTY {
                place = (place + 1) & (size - 1);
            }
            places[place] = (*hash, number);
        }
        let sign_count = (SIGNS_PER_HASH * hashes.len()).next_power_of_two().max(64);
        let sign_shift = u32::BITS - sign_count.trailing_zeros().min(u32::BITS);
        let mut signs = vec![0_u64; sign_count / 64];
        for hash in &hashes {
            let sign = (hash >> sign_shift) as usize;
            signs[sign / 64] |= 1 << (sign % 64);
        }
        Table {
            hashes,
            places,
            signs,
            sign_shift,
        }
    }

    /// The number of a hash, if it is known.
    pub fn find(&self, hash: u32) -> Option<u32> {
        if !self.may_know(hash) {
            return None;
        }
        let last = self.places.len() - 1;
        let mut place = hash as usize & last;
        loop {
            let (known, number) = self.places[place];
            if number == EMPTY {
                return None;
            }
            if known == hash {
                return Some(number);
            }
            place = (place + 1) & last;
        }
    }

    /// Puts the numbers of the known hashes in place of all hashes.
    pub fn number(&self, hashes: &mut Vec<u32>) {
        // Whether a run is known cannot be foretold: a step that does not branch on it takes a fraction of the time.
        let mut kept = 0;
        for position in 0..hashes.len() {
            let hash = hashes[position];
            hashes[kept] = hash;
            kept += usize::from(self.may_know(hash));
        }
        hashes.truncate(kept);
        let mut kept = 0;
        for position in 0..hashes.len() {
            let number = self.find(hashes[position]);
            hashes[kept] = number.unwrap_or_default();
            kept += usize::from(number.is_some());
        }
        hashes.truncate(kept);
    }

    fn may_know(&self, hash: u32) -> bool {
        let sign = (hash >> self.sign_shift) as usize;
        self.signs[sign / 64] >> (sign % 64) & 1 == 1
    }

    /// All hashes, in order.
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn every_known_hash_has_its_number_and_others_have_none() {
        let hashes: Vec<u32> = (0..1000).map(|n| n * 4096).collect();
        let table = Table::new(hashes.clone());
        for (number, hash) in (0..).zip(hashes) {
            assert_eq!(table.find(hash), Some(number));
            assert_eq!(table.find(hash + 1), None);
        }
        assert_eq!(Table::new(Vec::new()).find(7), None);
        let mut asked = vec![4097, 8192, 5, 0, 8192];
        table.number(&mut asked);
        assert_eq!(asked, [2, 0, 2]);
    }
}
