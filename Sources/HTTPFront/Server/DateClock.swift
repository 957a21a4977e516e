import Foundation
import Synchronization

/// The Date field of answers, which is written out once a second.
final class DateClock: Sendable {
    private let latest = Mutex<(second: Int, text: String)>((0, ""))

    var field: String {
        let now = Date.now
        let second = Int(now.timeIntervalSince1970)
        return latest.withLock { latest in
            if latest.second != second { latest = (second, now.formatted(.fixdate)) }
            return latest.text
        }
    }
}
