"""What every SDK suite shares: the server under test, the tap between SDK and server, fake models, a native API client."""
