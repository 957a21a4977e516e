/// What somebody does to a case, or to where an item belongs.
package enum FileAct: Hashable, Sendable {
    /// Begins a case, whose id is the act's own. There is one open case about a name, unless somebody says that it is another one.
    case open(title: String, about: QueueFilter.NamedEntity?, isAnother: Bool)
    /// Puts an item into a case, out of the one that it was in.
    case link(to: ItemID)
    case unlink
    case task(String)
    /// Ticks a task off, by its place.
    case finish(task: Int)
    /// Ends it with a verdict for each item that has none; without one where all have theirs.
    case close(Judgement?)

    /// The word in a record's type.
    package var word: String {
        switch self {
        case .open: "case-open"
        case .link: "case-link"
        case .unlink: "case-unlink"
        case .task: "case-task"
        case .finish: "case-task-done"
        case .close: "case-close"
        }
    }

    /// Most bytes of a title and of a task, and most tasks of a case.
    package static let titleLimit = 200
    package static let taskLimit = 100
}
