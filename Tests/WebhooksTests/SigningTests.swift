import Testing
import Webhooks

struct SigningTests {
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let time: Int64 = 1_614_265_330

    @Test("the published vector of HMAC-SHA256")
    func shared() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(
            secret.signature(id: id, timestamp: time, body: body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("the published vector of Ed25519")
    func pair() throws {
        // Signatures of this library are made with random bytes, and any of them is valid: the vector's key has to be that of
        // what is signed here.
        let secret = try #require(WebhookSecret("whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="))
        let vector = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
        for signature in [vector, secret.signature(id: id, timestamp: time, body: body)] {
            #expect(try isValid(signature, of: Array("\(id).\(time).".utf8) + body, by: secret.receivers))
            #expect(try !isValid(signature, of: Array("\(id).\(time + 1).".utf8) + body, by: secret.receivers))
        }
    }

    @Test("fields: every key that is valid signs, in one field")
    func fields() throws {
        let secrets = [WebhookSecret(shared: [UInt8](0..<32)), WebhookSecret(pair: [UInt8](32..<64))]
        let fields = WebhookHeaders.fields(id: "alerts.0.7", timestamp: 5, body: body, secrets: secrets)
        #expect(fields.map(\.name) == ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(fields[1].value == "alerts.0.7" && fields[2].value == "5")
        let signatures = fields[3].value.split(separator: " ")
        #expect(signatures.map { $0.prefix { $0 != "," } } == ["v1", "v1a"])
        #expect(signatures[0] == secrets[0].signature(id: "alerts.0.7", timestamp: 5, body: body))
    }

    @Test(
        "what is no secret",
        arguments: [
            "", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
            "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whpk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
        ])
    func refused(text: String) { #expect(WebhookSecret(text) == nil) }

    @Test("a secret is read as it was written, and nothing prints it")
    func secrecy() throws {
        for secret in [
            WebhookSecret(shared: [UInt8](repeating: 7, count: 32)),
            WebhookSecret(pair: [UInt8](repeating: 9, count: 32)),
        ] {
            let again = try #require(WebhookSecret(secret.text))
            #expect(again.text == secret.text && again.receivers == secret.receivers)
            var dumped = ""
            dump(secret, to: &dumped)
            #expect(!("\(secret)" + "\([secret])" + dumped).contains(secret.text.dropFirst(6)))
        }
        #expect(WebhookSecret(pair: [UInt8](repeating: 9, count: 32)).receivers.hasPrefix("whpk_"))
    }
}
