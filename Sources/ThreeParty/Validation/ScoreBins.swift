/// The bins of a histogram of scores, as places on the scores' ring: what a comparison of one number with several makes of a row.
///
/// A score is α + β, α the client's and β both servers'. A bin's scores are an arc of the ring, from one threshold to the next, and
/// less β it is an arc of αs. Of each place the servers have shares of the payload where it is at most α; a bin is the
/// difference of two of them, and of the arc that goes around the ring's end, the payload besides.
package struct ScoreBins: Sendable {
    /// Bins in all, one more than thresholds.
    package let count: Int
    private let ringBits: Int
    /// Bins that no score is in, before the first that has any: a threshold at or below the lowest score ends each.
    private let empty: Int
    /// Where arcs begin, from the lowest score on: at it, then at each threshold that is a higher score.
    private let begins: [UInt64]

    /// - Parameter thresholds: ascending scores; also some that are none of the ring's.
    package init(ringBits: Int, thresholds: [Int64]) {
        self.ringBits = ringBits
        let lowest = -(Int64(1) << Int64(ringBits - 1))
        count = thresholds.count + 1
        empty = thresholds.count { $0 <= lowest }
        begins = [0] + thresholds.filter { $0 > lowest && $0 < -lowest }.map { UInt64($0 - lowest) }
    }

    /// Where servers compare: ascending, 0 first, then where arcs begin.
    package struct Places {
        package fileprivate(set) var numbers: [UInt64] = [0]
        /// Which arc is the first in the order of numbers.
        fileprivate var first = 0
    }

    /// - Parameter beta: the servers' part of the score.
    package func places(_ beta: UInt64) -> Places {
        let mask: UInt64 = 1 << UInt64(ringBits) - 1
        let lowest = (0 &- beta &- 1 << UInt64(ringBits - 1)) & mask
        var places = Places()
        places.numbers.reserveCapacity(begins.count + 1)
        // Arcs from here on begin behind the ring's end.
        places.first = begins.firstIndex { $0 + lowest > mask } ?? 0
        for arc in begins.indices {
            places.numbers.append((begins[(places.first + arc) % begins.count] + lowest) & mask)
        }
        return places
    }

    /// Adds a server's shares of one row to those of all rows.
    ///
    /// - Parameters:
    ///   - answers: one for each of the places.
    ///   - turned: whether the payload's two elements belong to each other's class.
    ///   - sums: two elements a bin.
    package func add(
        _ answers: [PayloadComparison.Payload], at places: Places, turned: Bool,
        to sums: UnsafeMutableBufferPointer<UInt32>
    ) {
        let (one, other) = turned ? (1, 0) : (0, 1)
        for arc in begins.indices {
            let isLast = arc == begins.count - 1
            let share = answers[arc + 1] &- (isLast ? answers[1] &- answers[0] : answers[arc + 2])
            let bin = empty + (places.first + arc) % begins.count
            sums[2 * bin] &+= share[one]
            sums[2 * bin + 1] &+= share[other]
        }
    }
}
