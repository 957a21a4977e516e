import Foundation
import Manifests
import Records

/// A record as other programs make it: the body by `protoc --encode` from the schema, the signature by OpenSSL over the purpose, a
/// zero byte, the author's length in eight bytes, the author and the body, the digest by Python's SHA-256.
struct SyncVector: Sendable {
    let author: String
    let body: String
    let signature: String
    let name: String

    var record: [UInt8] {
        var record = WireSyncRecord()
        (record.author, record.body) = (author, Data(Self.bytes(body)))
        record.signature = Data(Self.bytes(signature))
        return record.encoded
    }

    /// The bytes of hexadecimal digits, whatever blanks are among them.
    static func bytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// order
    static let order = SyncVector(
        author: "coordinator",
        body: """
            0801120464656d6f1a6908011080ede7d0061a5f0a02763112209c443839d486c18e0f39260409ce4c6e4083eae35212ed76
            ce97ecbd372aa3e71a0510e8071832221b08081202010118042002280b30f0930938144004481850b81758102a0701a0c21e
            c0843d320662616e6b2d623864400a
            """,
        signature: """
            f19f9534e1064a80356e2c9232bd059ddbc6cb49a79d9d5b39d7e69e0b189b040f5662eaeb1455263b81fb379634434b5a75
            666dd7ab2b4703ac0de58878b50e
            """,
        name: "ceb9364b045358ef22890610fcf2c6a716c4c913d8169505ae05af3619d74491")

    /// validate
    static let validate = SyncVector(
        author: "coordinator",
        body: """
            0801120464656d6f1a6b08021080ede7d00622610a202d7bfe23883593cd14641bef3f7fd7a89c0d19436c4b931ebf558cd2
            66eea8151a209c443839d486c18e0f39260409ce4c6e4083eae35212ed76ce97ecbd372aa3e7220808e80710d00f185a2a06
            080b1202000a3205080e12010d38024003
            """,
        signature: """
            60a75265b67c6f7747864e71dd9ef5a2ed6f02e37404f4fd29e76515b9816203538d5a8a96420e9ced6c6d2a2c3e4be6cb29
            7b2b4d5c0bd7cde5762907635608
            """,
        name: "163ae7d02a71973895ad965dea4a12c2527dfba0c2c5c93ddfc97a83d6e85b25")

    /// report
    static let report = SyncVector(
        author: "party/party-1",
        body: """
            0801120464656d6f22770a202d7bfe23883593cd14641bef3f7fd7a89c0d19436c4b931ebf558cd266eea8152a530a20bd87
            b2cda99df5b642ac9c0a97d3bc76f9921e2cce16058faa44bc954dbb065f122057371aca58aaf804a0eb0fad7039c80a1cd5
            3f85d29bf276a21388ec1be58fce18840720282810320662616e6b2d61
            """,
        signature: """
            af3a7aef8b5dc3a3424d3517958a7f3ac38361c0b39b3c1b9dd6562d01359d01f335c7e3274bb48390143d52c63cb614c76c
            a49441e1a021f045b4646d53f70c
            """,
        name: "6a8fece6e568f5865ce7df97a69c4187e66487b553c2ff194fbf190a8263ea7e")

    /// approval
    static let approval = SyncVector(
        author: "operator/anna",
        body: """
            0801120464656d6f2a240a202d7bfe23883593cd14641bef3f7fd7a89c0d19436c4b931ebf558cd266eea8151007
            """,
        signature: """
            ba53b3684e14c7a0a0ea7babfec5e45becefcf6f025c36c504bdd229b50333d17d6b300374e92f19f25b6bcfccc926ff7cd5
            b4d4680507717444b534694aaf0a
            """,
        name: "f208e103668b55c1b12130b2569eddf6c4a14da17c77525dd664fb19b84f938b")

    /// decision
    static let decision = SyncVector(
        author: "coordinator",
        body: """
            0801120464656d6f327e080112202d7bfe23883593cd14641bef3f7fd7a89c0d19436c4b931ebf558cd266eea8151a209c44
            3839d486c18e0f39260409ce4c6e4083eae35212ed76ce97ecbd372aa3e720072a1261732074686520666967757265732073
            617932200a0361756311cdccccccccccec3f19333333333333eb3f21666666666666ee3f
            """,
        signature: """
            41266b1de05902a145ea7bc93e1e69cfa0473e7ba838febffe089b7eca6184fc5cb78566e202e6ec83857f822b276fd8f7fe
            fc02e4260d95b22527392cb8e506
            """,
        name: "a0e1d71f48591480ad552f97a3686f0eb919079840d991a052d212cb260e0bdc")

    /// verdict
    static let verdict = SyncVector(
        author: "member/bank-a",
        body: """
            0801120464656d6f3a450a202d7bfe23883593cd14641bef3f7fd7a89c0d19436c4b931ebf558cd266eea81510011a1f0a02
            617011000000000000e03f19000000000000d03f21000000000000e83f
            """,
        signature: """
            a246bf25d6c3d9526c0772e9480c5b314477ba3d94640bd9cc2e9b773f29051f53c71b399f74b98850aa1e3c567f4c0624a2
            cbd58fae6813615d896411b4fe08
            """,
        name: "1eada8cae679284c0be6c37323d99e46e7445ac98b3d7d1b8a1fda6f51328a7f")

    /// Each with what it says.
    static func all() throws -> [(vector: SyncVector, author: SyncAuthor, statement: SyncStatement)] {
        [
            (order, .coordinator, try .order(SyncOrder(number: 1, expires: 1_780_086_400, task: SyncWorld.training()))),
            (
                validate, .coordinator,
                try .order(
                    SyncOrder(number: 2, expires: 1_780_086_400, task: SyncWorld.validation(of: .candidate(digest(9)))))
            ),
            (report, .party(.one), try .report(PartyReport(order: digest(9), step: SyncWorld.trained()))),
            (approval, .operator(SyncKeys.operators[0]), .approval(SyncApproval(model: digest(9), after: 7))),
            (
                decision, .coordinator,
                try .decision(SyncWorld.decision(.promote, digest(9), previous: digest(200), sequence: 7))
            ),
            (
                verdict, .member(SyncKeys.members[0]),
                try .verdict(
                    MemberVerdict(
                        order: digest(9), isWorse: true, figures: [SyncFigure("ap", 0.5, low: 0.25, high: 0.75)]))
            ),
        ]
    }
}
