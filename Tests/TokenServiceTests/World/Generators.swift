import Records
import Synchronization

/// A generator whose numbers are the same in every run (SplitMix64; Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A clock that stands still until the test moves it.
final class ManualClock: WallClock {
    private let time: Mutex<Int64>

    /// 2025-01-01T00:00:00Z.
    init(microseconds: Int64 = 1_735_689_600_000_000) { time = Mutex(microseconds) }

    var microseconds: Int64 { time.withLock { $0 } }
    var milliseconds: Int64 { microseconds / 1000 }

    func advance(_ duration: Duration) { time.withLock { $0 += Int64(duration / .microseconds(1)) } }
}
