import Keys
import PKCS11
import Testing

@Suite("The URI of a key in a token")
struct TokenURITests {
    @Test("names token, key, module and PIN")
    func parts() throws {
        let uri = try TokenURI(
            "pkcs11:token=party%200;serial=12;object=identity?module-path=/usr/lib/m.so&pin-source=file:/etc/pin")
        #expect(uri.token == "party 0" && uri.serial == "12" && uri.object == "identity")
        #expect(uri.modulePath == "/usr/lib/m.so" && uri.pinSource == "/etc/pin")
        let short = try TokenURI("pkcs11:serial=12;object=o?module-path=file:///m.so")
        #expect(short.token == nil && short.pinSource == nil && short.modulePath == "/m.so")
    }

    @Test(
        "is refused by name",
        arguments: [
            ("token=a;object=b?module-path=/m", .scheme),
            ("pkcs11:token;object=b?module-path=/m", .encoding("token")),
            ("pkcs11:token=;object=b?module-path=/m", .encoding("token=")),
            ("pkcs11:token=%zz;object=b?module-path=/m", .encoding("token=%zz")),
            ("pkcs11:token=a;object=b;type=private?module-path=/m", .unknown("type")),
            ("pkcs11:token=a;object=b?module-path=/m&module-name=m", .unknown("module-name")),
            ("pkcs11:token=a;token=a;object=b?module-path=/m", .twice("token")),
            ("pkcs11:object=b?module-path=/m", .missing("token")),
            ("pkcs11:token=a?module-path=/m", .missing("object")),
            ("pkcs11:token=a;object=b", .missing("module-path")),
            ("pkcs11:token=a;object=b?module-path=/m&pin-value=1234", .pinValue),
            ("pkcs11:token=a;object=b?PIN-Value%3D1234", .pinValue),
            ("pkcs11:token=a;object=b?module-path=m.so", .path("module-path")),
            ("pkcs11:token=a;object=b?module-path=/m&pin-source=|/bin/pin", .path("pin-source")),
        ] as [(String, TokenURI.Mistake)])
    func refusals(text: String, mistake: TokenURI.Mistake) {
        #expect(throws: mistake) { try TokenURI(text) }
        // A PIN is not shown, though somebody wrote it there.
        let shown = text.replacing("=1234", with: "...").replacing("%3D1234", with: "...")
        #expect(throws: KeystoreError.token(uri: shown, reason: "\(mistake)")) {
            try HardwareToken(text) { (_) throws(KeystoreError) in [] }
        }
    }
}
