import Stages
import Testing
import TokenService
import Tokens

extension Moment {
    /// Long enough for what must come.
    static var patient: Self { SystemClock().now + .seconds(60) }
    /// For what must not come.
    static var brief: Self { SystemClock().now + .milliseconds(200) }
}

extension TokenClient {
    /// Asks for tokens, and waits for the results.
    func tokens(for identifiers: [Identifier], until deadline: Moment) throws -> TokenResults {
        let call = try call(for: identifiers, deadline: deadline)
        return try #require(try results(of: call, until: deadline))
    }
}

extension MemberTokens {
    /// Asks for tokens again and again; nil if stopped before they arrived.
    func tokens(for identifiers: [Identifier], until stop: () -> Bool) throws -> EpochTokens? {
        while !stop() {
            let end = SystemClock().now + .milliseconds(20)
            if let tokens = try tokens(for: identifiers, until: end) { return tokens }
        }
        return nil
    }
}
