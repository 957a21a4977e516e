package import EventLogs
package import Tokens

/// Where a member's identifiers become tokens.
package protocol TokenSource: AnyObject {
    /// Each identifier's token, in order, all of one epoch: the newest, where there are no identifiers. Waits until all
    /// are there; nil where `stop` was first.
    func tokens(for identifiers: [Identifier], until stop: () -> Bool) throws(LogError) -> EpochTokens?
}
