import Synchronization

/// The tokens that hold now: a file's, read again while the agent runs.
package final class BearerTokenStore: Sendable {
    private let tokens: Mutex<BearerTokens>

    package init(_ tokens: BearerTokens) { self.tokens = Mutex(tokens) }

    package func replace(_ tokens: BearerTokens) { self.tokens.withLock { $0 = tokens } }

    package func client(authorization header: String?) -> String? {
        tokens.withLock { $0 }.client(authorization: header)
    }
}
