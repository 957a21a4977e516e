import HTTPFront
import Testing

@Suite("Host")
struct HostFieldTests {
    @Test(
        "a host with a port or without is one",
        arguments: [
            "", "agent", "agent.bank-a.example", "agent:8443", "agent:", "10.0.0.1:80", "[::1]", "[2001:db8::1]:8443",
            "[v1.a:b]", "a%2Db", "under_score", "a,b;c=d",
        ])
    func valid(value: String) { #expect(HostField.isValid(value)) }

    @Test(
        "anything else is none",
        arguments: [
            "a b", "agent/", "me@agent", "agent:80:80", "agent:http", "::1", "[::1", "[]", "[::1]x", "[a/b]", "a%2",
            "a%2g",
            "agent?", "agent#", "häuser", "a\"b", "<a>", "http://agent",
        ])
    func invalid(value: String) { #expect(!HostField.isValid(value)) }
}
