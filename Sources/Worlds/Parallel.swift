import Foundation
import Synchronization

/// Results of `make` for `0 ..< count`, in that order, made by some threads at once.
///
/// - Parameter threads: at least 1.
package func inParallel<Result: Sendable>(
    _ count: Int, threads: Int, _ make: @Sendable (Int) -> Result
) -> [Result] {
    guard threads > 1, count > 1 else { return (0..<count).map(make) }
    let results = Mutex([Result?](repeating: nil, count: count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
        while case let index = next.wrappingAdd(1, ordering: .relaxed).oldValue, index < count {
            let result = make(index)
            results.withLock { $0[index] = result }
        }
    }
    return results.withLock { $0 }.map { $0! }
}
