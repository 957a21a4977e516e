/// The time of day, handed in: only `cordon` and tests make one. Event time does not come from it.
package protocol WallClock: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    var microseconds: Int64 { get }
}
