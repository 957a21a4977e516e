import Foundation
package import Records

/// A time zone as a table: when which offset from UTC begins. What local times are in UTC is looked up, and needs no
/// system's data while records are read.
package struct LocalZone: Sendable, Hashable {
    /// What a local time is that a clock shows twice, when it is set back.
    package enum Overlap: String, Sendable, Hashable, CaseIterable {
        /// Refused as `time_ambiguous`.
        case reject
        /// The first of the two, by the offset before the change.
        case earlier
        /// The second.
        case later
    }

    /// A local time that is no single moment.
    package enum LocalTimeError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The clock was set forward over it.
        case never
        /// The clock was set back over it, and the mapping does not say which of both is meant.
        case twice

        package var description: String {
            switch self {
            case .never: "a local time that clocks never show, since they are set forward over it"
            case .twice: "a local time that clocks show twice; `overlap` says which of both is meant"
            }
        }
    }

    /// Seconds ahead of UTC, from a moment on.
    private struct Span: Hashable {
        var start: Int64
        var offset: Int64
    }

    /// By their starts; the first has been there from the beginning.
    private let spans: [Span]
    package var overlap = Overlap.reject

    /// A zone that is always so many seconds ahead of UTC.
    package init(offset: Int64) { spans = [Span(start: .min, offset: offset)] }

    /// A zone by its name in the IANA database, such as `Europe/Berlin`, with its changes from 1999 to 2100; nil where there
    /// is no such zone.
    package init?(named name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        func offset(_ seconds: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
        var spans = [Span(start: .min, offset: offset(Self.first))]
        // No zone changes twice in a week.
        let week = 7 * EventTime.day
        for start in stride(from: Self.first, to: Self.last, by: Int(week)) {
            guard offset(start + week) != spans[spans.count - 1].offset else { continue }
            var (before, after) = (start, start + week)
            while after - before > 1 {
                let middle = (before + after) / 2
                if offset(middle) == spans[spans.count - 1].offset { before = middle } else { after = middle }
            }
            spans.append(Span(start: after, offset: offset(after)))
        }
        self.spans = spans
    }

    /// 1999-01-01 and 2101-01-01.
    private static let (first, last): (Int64, Int64) = (915_148_800, 4_133_980_800)

    /// The moment of a local time.
    ///
    /// - Parameter local: what the clock shows, as if it were UTC.
    package func moment(of local: EventTime) throws(LocalTimeError) -> EventTime {
        // A local time is at most a day from the same number of seconds in UTC.
        let end = spans.firstIndex { $0.start > local.seconds + EventTime.day } ?? spans.count
        var found: [Int64] = []
        for index in max(0, end - 3)..<end {
            let moment = local.seconds - spans[index].offset
            let next = index + 1 < spans.count ? spans[index + 1].start : .max
            if spans[index].start <= moment, moment < next { found.append(moment) }
        }
        switch (found.first, found.last, overlap) {
        case (nil, _, _), (_, nil, _): throw .never
        case (let first?, let last?, _) where first == last: return EventTime(seconds: first)
        case (_, _, .reject): throw .twice
        case (let first?, _, .earlier): return EventTime(seconds: first)
        case (_, let last?, .later): return EventTime(seconds: last)
        }
    }
}
