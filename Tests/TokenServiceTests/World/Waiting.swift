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
