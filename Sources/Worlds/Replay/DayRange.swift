import Foundation
import Records

/// Days, both included: `2018-06-21..2018-06-27`, or one day.
package struct DayRange: Sendable, Hashable {
    /// `EventTime.dayNumber`s.
    package var days: ClosedRange<Int>

    package init(days: ClosedRange<Int>) { self.days = days }

    package init(_ text: String) throws(ReplayError) {
        let parts = text.components(separatedBy: "..")
        guard let first = parts.first, parts.count <= 2, let from = EventTime(rfc3339: first),
            let to = EventTime(rfc3339: parts[parts.count - 1]), parts.allSatisfy({ $0.count == 10 }), from <= to
        else { throw .badRange(text) }
        days = from.dayNumber...to.dayNumber
    }
}
