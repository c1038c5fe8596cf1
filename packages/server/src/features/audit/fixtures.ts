/** A certificate for localhost and 127.0.0.1 that tests trust, made for a hundred years. */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUXA+A8wb0nYll9tbWtzegWztg6+wwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIwMzQwNloYDzIxMjYxMDI4
MjAzNDA2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT82yX0WxxsF1x+kltxW1YBtwgNaOLJkyaZ3awqIBecfzbh7v6zlktf
ENOAddFlSTx8j+EA28x8/fYqbwklczzWo28wbTAdBgNVHQ4EFgQUXzy1eyDBAL+w
AC0/K6aVU4yE1CUwHwYDVR0jBBgwFoAUXzy1eyDBAL+wAC0/K6aVU4yE1CUwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgDk5fv9jEERoTp6f6Cr8/rUs/7kCDxcFm6daO9NbzpKkCIDxI
3vqleHE8n7vrIUwWo3ON6OFLUD+iOHhzYf1dIVlY
-----END CERTIFICATE-----`;

/** Its key: good for nothing else. */
export const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSspNmgAR2XazaPgP
BIqZxnYKp1q0aG5xBkAeTDc2DdehRANCAAT82yX0WxxsF1x+kltxW1YBtwgNaOLJ
kyaZ3awqIBecfzbh7v6zlktfENOAddFlSTx8j+EA28x8/fYqbwklczzW
-----END PRIVATE KEY-----`;
