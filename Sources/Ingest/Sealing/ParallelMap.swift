import Dispatch
import Synchronization

/// Each of `items` turned into a result, in their order, on all cores; a few are done where the caller is.
func parallelMap<Item: Sendable, Result: Sendable>(
    _ items: [Item], _ body: @Sendable (Item) -> Result
) -> [Result] {
    let width = 32
    guard items.count > 2 * width else { return items.map(body) }
    let parts = (items.count + width - 1) / width
    let results = Mutex([[Result]](repeating: [], count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        let done = items[part * width..<min((part + 1) * width, items.count)].map(body)
        results.withLock { $0[part] = done }
    }
    return results.withLock { $0 }.flatMap { $0 }
}
