import Foundation

/// Lets a stage turn at most once in some milliseconds: what it does once a turn (a transaction in the log, one in its state) is
/// shared by more records under load. Who was idle turns at once.
package struct Pace {
    /// What costs a transaction little latency and saves most turns.
    package static let usual = Duration.milliseconds(10)
    private let interval: Duration
    private var turn = ContinuousClock.now

    package init(_ interval: Duration = Self.usual) { self.interval = interval }

    /// To be called where a turn begins: when its records are there.
    package mutating func begin() { turn = .now }

    /// Sleeps until the next turn may begin.
    ///
    /// - Parameter interval: where this turn is worth another pause than the usual one.
    package func rest(_ interval: Duration? = nil) {
        let left = turn + (interval ?? self.interval) - .now
        if left > .zero { Thread.sleep(forTimeInterval: left / .seconds(1)) }
    }
}
