//! Known hashes → their numbers, in one or two looks.

/// Marks an empty place.
const EMPTY: u32 = u32::MAX;

/// Open addressing over the hashes, which are spread already.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Sorted, each once.
    hashes: Vec<u32>,
    /// A hash and its number, side by side: one look into memory. A power of two of places, at most half of them taken.
    places: Vec<(u32, u32)>,
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
        Table { hashes, places }
    }

    /// The number of a hash, if it is known.
    pub fn find(&self, hash: u32) -> Option<u32> {
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
    }
}
