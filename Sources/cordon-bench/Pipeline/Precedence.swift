import Foundation

/// Runs `body`, and the threads that it starts, before all others where the system allows it (root, or CAP_SYS_NICE): who plays
/// the outside world should not wait for the processor that it loads.
func withPrecedence<R>(_ body: () throws -> R) rethrows -> R {
    let whom = __priority_which_t(PRIO_PROCESS.rawValue)
    let before = getpriority(whom, 0)
    setpriority(whom, 0, -10)
    defer { setpriority(whom, 0, before) }
    return try body()
}
