package import EventLogs
package import Stages
package import Tokens

/// The source of a member's tokens: turns identifiers into them.
package protocol TokenSource: AnyObject {
    /// Each identifier's token, in order, all of one epoch: the newest, where there are no identifiers. Waits for them until
    /// `moment` at most; nil if they are not there by then: who asks for the same identifiers again goes on where this call
    /// ended.
    func tokens(for identifiers: [Identifier], until moment: Moment) throws(LogError) -> EpochTokens?
}
