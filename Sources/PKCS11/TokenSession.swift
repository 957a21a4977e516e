import Cglibc
import Secrets

/// A session with a token, logged in. Of one thread at a time.
final class TokenSession {
    private let module: CryptokiModule
    private let handle: CK_SESSION_HANDLE
    private var functions: CK_FUNCTION_LIST { module.functions }

    /// - Parameter pin: of the token's user.
    init(_ module: CryptokiModule, slot: CK_SLOT_ID, pin: [UInt8]) throws(CryptokiError) {
        self.module = module
        var handle: CK_SESSION_HANDLE = 0
        // CKF_SERIAL_SESSION, CKF_RW_SESSION
        try CryptokiModule.check("C_OpenSession", module.functions.C_OpenSession(slot, 6, nil, nil, &handle))
        self.handle = handle
        var pin = pin
        let result = module.functions.C_Login(handle, 1, &pin, CK_ULONG(pin.count))
        wipe(&pin)
        // Sessions of a process with a token are logged in together.
        if result != 0x100 { try check("C_Login", result) }
    }

    deinit { _ = module.functions.C_CloseSession(handle) }

    private func check(_ function: String, _ result: CK_RV) throws(CryptokiError) {
        try CryptokiModule.check(function, result)
    }

    /// The objects of these attributes; two of them at most.
    func find(_ attributes: Attributes) throws -> [CK_OBJECT_HANDLE] {
        try attributes.lend { try check("C_FindObjectsInit", functions.C_FindObjectsInit(handle, $0, $1)) }
        defer { _ = functions.C_FindObjectsFinal(handle) }
        var found = [CK_OBJECT_HANDLE](repeating: 0, count: 2)
        var count: CK_ULONG = 0
        try check("C_FindObjects", functions.C_FindObjects(handle, &found, 2, &count))
        return Array(found.prefix(Int(count)))
    }

    func value(_ kind: Attributes.Kind, of object: CK_OBJECT_HANDLE) throws(CryptokiError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256)
        var attribute = CK_ATTRIBUTE()
        attribute.type = kind.rawValue
        attribute.ulValueLen = CK_ULONG(bytes.count)
        let result = bytes.withUnsafeMutableBytes { memory in
            attribute.pValue = memory.baseAddress
            return functions.C_GetAttributeValue(handle, object, &attribute, 1)
        }
        try check("C_GetAttributeValue", result)
        return Array(bytes.prefix(Int(attribute.ulValueLen)))
    }

    func create(_ attributes: Attributes, secret: UnsafeRawBufferPointer? = nil) throws {
        var object: CK_OBJECT_HANDLE = 0
        try attributes.lend(secret: secret) {
            try check("C_CreateObject", functions.C_CreateObject(handle, $0, $1, &object))
        }
    }

    /// Makes a secret key (CKM_AES_KEY_GEN).
    func generate(_ attributes: Attributes) throws {
        var mechanism = CK_MECHANISM()
        mechanism.mechanism = 0x1080
        var object: CK_OBJECT_HANDLE = 0
        try attributes.lend { try check("C_GenerateKey", functions.C_GenerateKey(handle, &mechanism, $0, $1, &object)) }
    }

    /// Makes a pair of Ed25519 (CKM_EC_EDWARDS_KEY_PAIR_GEN).
    func generate(publicKey: Attributes, privateKey: Attributes) throws {
        var mechanism = CK_MECHANISM()
        mechanism.mechanism = 0x1055
        var objects: (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) = (0, 0)
        try publicKey.lend { publicKey, publicCount in
            try privateKey.lend { privateKey, privateCount in
                let result = functions.C_GenerateKeyPair(
                    handle, &mechanism, publicKey, publicCount, privateKey, privateCount, &objects.0, &objects.1)
                try check("C_GenerateKeyPair", result)
            }
        }
    }

    /// A signature of pure Ed25519 (CKM_EDDSA without parameters).
    func sign(_ message: [UInt8], by key: CK_OBJECT_HANDLE) throws(CryptokiError) -> [UInt8] {
        var mechanism = CK_MECHANISM()
        mechanism.mechanism = 0x1057
        try check("C_SignInit", functions.C_SignInit(handle, &mechanism, key))
        var (message, signature) = (message, [UInt8](repeating: 0, count: 64))
        var count = CK_ULONG(signature.count)
        try check("C_Sign", functions.C_Sign(handle, &message, CK_ULONG(message.count), &signature, &count))
        return Array(signature.prefix(Int(count)))
    }

    /// AES-GCM (CKM_AES_GCM) with a tag of 16 bytes, which stands behind the ciphertext.
    func crypt(
        _ input: [UInt8], nonce: [UInt8], bound: [UInt8], by key: CK_OBJECT_HANDLE, encrypts: Bool
    ) throws(CryptokiError) -> [UInt8] {
        var (nonce, bound) = (nonce, bound)
        var output = [UInt8](repeating: 0, count: input.count + 16)
        var count = CK_ULONG(output.count)
        let result = nonce.withUnsafeMutableBufferPointer { nonce in
            bound.withUnsafeMutableBufferPointer { bound -> (String, CK_RV) in
                var parameters = CK_GCM_PARAMS(
                    pIv: nonce.baseAddress, ulIvLen: CK_ULONG(nonce.count), ulIvBits: CK_ULONG(nonce.count * 8),
                    pAAD: bound.baseAddress, ulAADLen: CK_ULONG(bound.count), ulTagBits: 128)
                return withUnsafeMutableBytes(of: &parameters) { parameters in
                    var mechanism = CK_MECHANISM(
                        mechanism: 0x1087, pParameter: parameters.baseAddress,
                        ulParameterLen: CK_ULONG(parameters.count))
                    let begun =
                        encrypts
                        ? functions.C_EncryptInit(handle, &mechanism, key)
                        : functions.C_DecryptInit(handle, &mechanism, key)
                    guard begun == 0 else { return (encrypts ? "C_EncryptInit" : "C_DecryptInit", begun) }
                    // The input, which may be a key, is read where it lies.
                    return input.withUnsafeBufferPointer { input in
                        let (start, length) = (UnsafeMutablePointer(mutating: input.baseAddress), CK_ULONG(input.count))
                        return encrypts
                            ? ("C_Encrypt", functions.C_Encrypt(handle, start, length, &output, &count))
                            : ("C_Decrypt", functions.C_Decrypt(handle, start, length, &output, &count))
                    }
                }
            }
        }
        defer { wipe(&output) }
        try check(result.0, result.1)
        return Array(output.prefix(Int(count)))
    }
}
