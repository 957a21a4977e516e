import Foundation
import Records

/// The machine's time of day.
struct SystemClock: WallClock {
    var microseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}

/// Random bytes of the system's generator.
func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    var out: [UInt8] = []
    out.reserveCapacity(count + 7)
    while out.count < count { withUnsafeBytes(of: generator.next()) { out += $0 } }
    return Array(out.prefix(count))
}
