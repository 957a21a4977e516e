/// A line that tells how far something long is. Evaluation prints nothing itself; a command hands in what shows it.
package protocol ProgressDisplay {
    /// How far it is, as often as there is news: the reporter chooses what to show.
    func show(_ state: @autoclosure () -> String)
    /// What it came to, once.
    func done(_ result: String)
}

/// Begins a line of progress for what is named.
package typealias ProgressFactory = (_ what: String) -> any ProgressDisplay
