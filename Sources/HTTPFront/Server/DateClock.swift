package import Foundation
import Synchronization

/// The Date field of answers, which is written out once a second.
package final class DateClock: Sendable {
    private let latest = Mutex<(second: Double, text: String)>((.infinity, ""))

    package init() {}

    package func field(at now: Date) -> String {
        let second = now.timeIntervalSince1970.rounded(.down)
        return latest.withLock { latest in
            if latest.second != second { latest = (second, now.formatted(.fixdate)) }
            return latest.text
        }
    }
}
